"""A kiosk's sign of life: given only while its ledger answers."""

from scanner.kiosk import notify
from scanner.store.writer import Writer


async def sign_of_life(writer: Writer) -> None:
    """Wait for the ledger's thread, then tell the parent; called from the event loop, so both live.

    Raises:
        StoreError: the ledger answers that it can't go on.
    """
    await writer.run(lambda conn: conn.execute("SELECT 1").fetchone())
    notify.notify(notify.ALIVE)
