"""Everything that gatelib raises.

    GatelibError
    ├── UsageError            a command line or an API call that cannot be carried out   (exit 2)
    │   └── ConfigError       a configuration, or a file it names, that is not acceptable
    ├── LoadError             bytes that are no readable YAML or JSON                    (exit 3)
    ├── PolicyError           Rego or engine data that gatelib refuses to run            (exit 2)
    ├── BundleError           a bundle that is not what it must be                       (exit 3)
    │   └── SignatureError    a bundle that nobody who is trusted has signed
    ├── EvidenceError         a file or pack of evidence that cannot be used             (exit 3)
    ├── RegistryError         a registry that cannot be reached, refuses, or lies        (exit 3)
    └── EngineError           an engine that did not give a whole answer                 (exit 3)
        ├── EngineTimeoutError
        └── EngineUnavailableError   an engine that no question reaches, or the wrong one

Each says what happened, where, and what to do.
"""

from __future__ import annotations


class GatelibError(Exception):
    """The base of the tree: one message, an optional place, an optional way out."""

    def __init__(
        self,
        message: str,
        *,
        file: str | None = None,
        line: int | None = None,
        column: int | None = None,
        hint: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        """What happened, in one sentence without its place."""
        self.file = file
        """The file as the user named it."""
        self.line = line
        """1-based line, where one is known."""
        self.column = column
        """1-based column in characters, where one is known."""
        self.hint = hint
        """What to do about it."""

    def __str__(self) -> str:
        """``file:line:column: message (hint)``, leaving out what is not known."""
        place = ":".join(str(part) for part in (self.file, self.line, self.column) if part is not None)
        text = f"{place}: {self.message}" if place else self.message
        return f"{text} ({self.hint})" if self.hint else text


class UsageError(GatelibError):
    """A command line or an API call that cannot be carried out as it stands."""


class ConfigError(UsageError):
    """A configuration, or a file that it names, that is not acceptable."""


class LoadError(GatelibError):
    """Bytes that are no readable YAML or JSON."""

    def __init__(
        self,
        code: str,
        message: str,
        *,
        line: int | None = None,
        column: int | None = None,
        hint: str | None = None,
    ) -> None:
        super().__init__(message, line=line, column=column, hint=hint)
        self.code = code
        """Stable code of the diagnostic, such as ``GL-ERR-103``."""


class PolicyError(GatelibError):
    """Rego or engine data that gatelib refuses to run."""


class BundleError(GatelibError):
    """A bundle that cannot be read, or is not what it must be."""


class SignatureError(BundleError):
    """A bundle whose signature is missing, or does not prove what it must."""


class EvidenceError(GatelibError):
    """A file of evidence, or a pack of them, that cannot be read or is not what it must be."""


class RegistryError(GatelibError):
    """A registry that cannot be reached, refuses what it is asked for, or serves something else."""


class EngineError(GatelibError):
    """An engine that did not give a whole answer."""


class EngineTimeoutError(EngineError):
    """An engine that did not answer in time and was killed."""


class EngineUnavailableError(EngineError):
    """An engine that cannot be reached, or runs another policy than it must: it fails on every question."""
