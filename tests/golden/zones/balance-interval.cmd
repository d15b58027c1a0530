zones --balance --watch --interval 0
