"""Content files: their schema, languages, exercises and routines, spoken lines and the rules of wording."""
