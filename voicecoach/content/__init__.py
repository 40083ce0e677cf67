"""Content files: schema, languages, exercises and routines, spoken lines, rules of wording."""
