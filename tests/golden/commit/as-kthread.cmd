commit --root fixtures/6.12-swap.cap --as 2
