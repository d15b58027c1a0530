commit --root fixtures/hand-address.cap --address 700 7f2b1c0c1000
