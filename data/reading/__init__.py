"""Files in: rows of every format, in our columns, validated."""
