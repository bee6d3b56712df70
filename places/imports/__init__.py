"""Units by the thousand: what staff upload (平台上传录入), and what the regional data platform holds (对接数据资源)."""
