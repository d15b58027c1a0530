commit --root fixtures/hand-strict-commit.cap true
