"""The command line: commands are thin, they parse, call and print."""
