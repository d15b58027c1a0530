zones --balance --dry-run --root fixtures/hand-balance-16-nodes.cap
