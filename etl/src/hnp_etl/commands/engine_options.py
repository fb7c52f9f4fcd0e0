"""Options that say where work runs."""

from pathlib import Path

import click

from hnp_etl.engines.engines import ENGINES
from hnp_etl.engines.tls import Tls

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


class _Engine(click.Choice[str]):
    """An engine of ours, or the place of somebody's executor."""

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> str:
        """Return what was given, once it can be an engine."""
        if isinstance(value, str) and all(value.partition(":")):
            return value
        return super().convert(value, param, ctx)


engine_option = click.option(
    "--engine",
    type=_Engine(ENGINES),
    default="local",
    show_default=True,
    help="Where work runs: in processes of this machine, on a Dask cluster, or on any "
    "concurrent.futures.Executor, as MODULE:FACTORY; --workers is then its max_workers.",
)
scheduler_option = click.option(
    "--scheduler",
    metavar="ADDRESS",
    help="A running Dask scheduler, tcp://HOST:PORT or tls://HOST:PORT; without it one is started "
    "here.",
)
tls_ca_option = click.option(
    "--dask-tls-ca", type=_FILE, help="PEM certificate of who signs for the Dask cluster."
)
tls_cert_option = click.option(
    "--dask-tls-cert", type=_FILE, help="PEM certificate of this client of it."
)
tls_key_option = click.option(
    "--dask-tls-key", type=_FILE, help="PEM key of that certificate, readable by you only."
)


def tls_of(
    scheduler: str | None, ca: Path | None, certificate: Path | None, key: Path | None
) -> Tls | None:
    """Return the certificates that were given, None for none.

    Raises:
        UsageError: some are lacking, or there is nobody to show them to.
    """
    if ca is None and certificate is None and key is None:
        return None
    if ca is None or certificate is None or key is None:
        raise click.UsageError(
            "expected --dask-tls-ca, --dask-tls-cert and --dask-tls-key together, or none of them"
        )
    if scheduler is None:
        raise click.UsageError("found --dask-tls-ca, expected --scheduler tls://HOST:PORT with it")
    return Tls(ca, certificate, key)
