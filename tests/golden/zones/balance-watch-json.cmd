zones --balance --watch --json
