ledger --top many
