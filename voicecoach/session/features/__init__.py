"""One module for each capability: its handlers, its question, its line ids."""
