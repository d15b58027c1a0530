commit --root fixtures/hand-strict-commit.cap --as 4242
