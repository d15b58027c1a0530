ledger --help
