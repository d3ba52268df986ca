"""Statements about hidden scalars: linear expressions, products, evaluations, and how all of them are settled at the
end.
"""
