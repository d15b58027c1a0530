ledger -n 0 --root fixtures/hand-kernel-side.cap
