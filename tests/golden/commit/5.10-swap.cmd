commit --root fixtures/5.10-swap.cap
