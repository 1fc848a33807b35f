-- Each text of a country and a state with the one that is shown: the smallest of those that fold alike.
SELECT text, min(text) OVER (PARTITION BY code) AS state FROM folded_state
