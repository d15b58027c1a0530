zones --report fixtures/oom-el7-order2.log --request 'order=0 node=1 mems=1' --all-orders
