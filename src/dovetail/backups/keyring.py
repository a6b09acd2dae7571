"""Where the halves of a plant's backup key are found: a file, the environment, the vault; never on a command line."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Final

from dovetail.core.errors import ConfigError
from dovetail.repository import keys
from dovetail.repository.keys import RecoveryKey, ServerKey
from dovetail.repository.place import LOCKED, Repository

KEY_FILE: Final = "backup.key"  # in the data folder: the server's half
RECOVERY: Final = "DOVETAIL_BACKUP_RECOVERY"  # the path of a recovery key
PASSPHRASE: Final = "DOVETAIL_BACKUP_PASSPHRASE"  # noqa: S105  # the name of a variable
SECRET: Final = "secret://"  # noqa: S105  # the beginning of a reference


def server_key(data: Path, named: str | None, secret: Callable[[str], str] | None) -> ServerKey | None:
    """The server's half: of the setting (a path, `secret://name`), else in the data folder; None: there is none.

    Raises ConfigError for one that was named and is not there.
    """
    if named is not None and named.startswith(SECRET):
        if secret is None:
            raise ConfigError("no vault is open here", code="backup-key", hint="name a file")
        return keys.read_server(secret(named.removeprefix(SECRET)), named=named)
    path = data / KEY_FILE if named is None else Path(named)
    if named is None and not path.exists():
        return None
    return keys.read_server(keys.read_private(path), named=str(path))


def recovery_key(
    repository: Repository | None, path: Path | None, *, ask: Callable[[str], str | None] = lambda _named: None
) -> RecoveryKey:
    """The key that opens backups: of a file, of the environment, else the one that lies in the repository locked.

    A passphrase comes from the environment, else `ask` is asked for it. Raises ConfigError.
    """
    said = path or (Path(os.environ[RECOVERY]) if os.environ.get(RECOVERY) else None)
    if said is None and repository is not None and (repository.place / LOCKED).exists():
        said, text = repository.place / LOCKED, (repository.place / LOCKED).read_text(encoding="ascii")
    elif said is not None:
        text = keys.read_private(said)
    else:
        raise ConfigError(
            "an encrypted backup opens with its recovery key",
            code="backup-key",
            hint=f"name its file with --key or {RECOVERY}",
        )
    passphrase = os.environ.get(PASSPHRASE) or (ask(str(said)) if keys.is_locked(text) else None)
    found = keys.read_recovery(text, passphrase, named=str(said))
    if repository is not None:
        repository.check_key(found)
    return found
