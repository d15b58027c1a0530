zones --root fixtures/hand-el7-order2.cap --request 'order=2 gfp=0x3000d0 cpu=9' --json
