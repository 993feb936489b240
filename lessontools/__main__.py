"""`python -m lessontools` is the command line."""

from lessontools.cli import main

main(prog_name="lessontools")
