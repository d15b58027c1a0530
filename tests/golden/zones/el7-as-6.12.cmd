zones --root fixtures/hand-el7-order2.cap --request 'order=2 gfp=GFP_KERNEL cpu=9' --kernel 6.12
