commit --root fixtures/hand-address.cap --address 701 0x7f2b1c0a4000
