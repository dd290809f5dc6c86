-- What each model cost, the costliest first.
-- @since time = 24h
SELECT model, count(*) AS generations, round(sum(total_cost), 2) AS cost
FROM langfuse.observations
WHERE type = 'GENERATION' AND start_time >= :since
GROUP BY 1 ORDER BY cost DESC
