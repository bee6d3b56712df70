"""Systems of others (12345, 大数据中心, 应急厅 …) that speak with us by a key: who they are, what each key opens, until when."""
