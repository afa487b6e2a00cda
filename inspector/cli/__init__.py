"""The command line: what each sub-command does, in words and as JSON."""
