commit --root fixtures/hand-strict-commit.cap --output x
