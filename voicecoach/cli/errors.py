"""Report mistakes in one sentence each, and end with an exit code."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any

import click

from voicecoach.core.errors import VoicecoachError

FAILED, MISUSED, INTERRUPTED = 1, 2, 130
"""Exit codes; the last is the shells' own for a program ended by Ctrl-C."""

EXIT_CODES = (
    "Exit codes: 0 all went well; 1 something is missing, wrong or failed, and a line on stderr says what; "
    "2 a wrong option or argument; 130 ended by Ctrl-C."
)


class Failure(click.ClickException):
    """Report mistakes on stderr, a line each: a file may have several."""

    exit_code = FAILED

    def show(self, file: IO[Any] | None = None) -> None:
        """Write the mistakes, to stderr unless there is a `file`."""
        for line in self.format_message().splitlines():
            click.echo(f"Error: {line}", file=file, err=file is None)


class Misuse(Failure):
    """Report a wrong option or argument."""

    exit_code = MISUSED


class VoicecoachCommand(click.Command):
    """End the help with the exit codes."""

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Write the exit codes."""
        formatter.write_paragraph()
        formatter.write_text(EXIT_CODES)


class VoicecoachGroup(VoicecoachCommand, click.Group):
    """Turn errors that a user can mend into a sentence and an exit code."""

    command_class = VoicecoachCommand
    group_class = type

    def make_context(self, *args: Any, **extra: Any) -> click.Context:
        """Read the group's own options."""
        with to_click_error():
            return super().make_context(*args, **extra)

    def invoke(self, ctx: click.Context) -> Any:
        """Read the command's options, and run it."""
        with to_click_error():
            return super().invoke(ctx)


@contextmanager
def to_click_error() -> Iterator[None]:
    """Turn every error that a user can mend into a click error of one sentence."""
    try:
        yield
    except click.UsageError as error:
        if isinstance(error, getattr(click.exceptions, "NoArgsIsHelpError", ())):
            raise  # since click 8.2: no mistake, but the help
        command = error.ctx.command_path if error.ctx else "voicecoach"
        message = " ".join(error.format_message().split()).rstrip(".")
        raise Misuse(f"{message}; see `{command} --help`") from error
    except VoicecoachError as error:
        raise Failure(str(error)) from error
    except BrokenPipeError:
        raise  # whoever read the output has seen enough; click ends quietly
    except OSError as error:
        where = f" ({error.filename})" if error.filename else ""
        raise Failure(f"{error.strerror or error}{where}") from error
    except KeyboardInterrupt:
        click.echo(err=True)  # the terminal has written ^C into the line
        raise click.exceptions.Exit(INTERRUPTED) from None
