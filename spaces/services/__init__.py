"""What changes a Space: plain sync functions, keyword-only, actor first, `now` given.

Each gathers facts under the Space's lock, asks a rule, writes rows and announces after the commit.
"""
