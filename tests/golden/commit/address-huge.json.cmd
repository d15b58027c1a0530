commit --root fixtures/hand-address.cap --json --address 700 7f2b10005000
