ledger stray
