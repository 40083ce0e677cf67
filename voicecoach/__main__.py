"""`python -m voicecoach` is the `voicecoach` command."""

from voicecoach.cli.main import main

main(prog_name="voicecoach")
