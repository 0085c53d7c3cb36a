"""How French pages write dates and numbers."""

# In figures: Django's formats know no "1er". Dates in words are written by core.dates.long_date.
DATE_FORMAT = "d/m/Y"
DATETIME_FORMAT = "d/m/Y, H:i"
MONTH_DAY_FORMAT = "d/m"
TIME_FORMAT = "H:i"
SHORT_DATE_FORMAT = "d/m/Y"
SHORT_DATETIME_FORMAT = "d/m/Y H:i"
FIRST_DAY_OF_WEEK = 1
DATE_INPUT_FORMATS = ["%Y-%m-%d", "%d/%m/%Y"]
DECIMAL_SEPARATOR = ","
THOUSAND_SEPARATOR = "\u202f"
NUMBER_GROUPING = 3
