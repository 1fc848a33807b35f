-- One row per record of a CSV table, all columns text. Line ends are not named: a wrong name yields no rows.
SELECT {columns} FROM read_csv({path}, columns = {shape}, auto_detect = false, header = true, delim = ',',
    quote = '"', escape = '"', strict_mode = true, null_padding = false, max_line_size = 8388608,
    buffer_size = 33554432)
