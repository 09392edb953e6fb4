"""In which language, and in what words: tags, formats and message catalogs."""
