commit --root fixtures/hand-address.cap --address 700 0x7f2b1c0a4000
