"""Scripts: what is said when."""
