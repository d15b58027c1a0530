commit --root fixtures/hand-strict-commit.cap --as nobody
