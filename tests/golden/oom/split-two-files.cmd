oom --split 0:100000 --ndjson fixtures/oom-el7-order2.log fixtures/oom-guards.log
