zones --report - <fixtures/oom-words.log
