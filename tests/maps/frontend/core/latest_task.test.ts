import { expect, test } from "vitest";
import { LatestTask } from "../../../../maps/frontend/core/latest_task.ts";

/* A task whose runs end when the test says so. */
function controlledTask() {
  const ends: { resolve: () => void; reject: (error: Error) => void }[] = [];
  const task = new LatestTask(() => new Promise<void>((resolve, reject) => ends.push({ resolve, reject })));
  return { task, ends };
}

const nextTurn = () => new Promise((resolve) => setTimeout(resolve, 0));

test("a task starts at once", () => {
  const { task, ends } = controlledTask();
  expect(task.isRunning).toBe(false);
  task.run();
  expect([task.isRunning, ends.length]).toEqual([true, 1]);
});

test("calls while it runs start it once more, after its end", async () => {
  const { task, ends } = controlledTask();
  const whole = task.run();
  for (let call = 0; call < 3; call++) task.run();
  await nextTurn();
  expect(ends).toHaveLength(1);
  ends[0].resolve();
  await nextTurn();
  expect([ends.length, task.isRunning]).toEqual([2, true]);
  ends[1].resolve();
  await whole;
  expect([ends.length, task.isRunning]).toEqual([2, false]);
});

test("an error ends it, unless it is to run again", async () => {
  const { task, ends } = controlledTask();
  const first = task.run();
  task.run();
  ends[0].reject(new Error("of an earlier run"));
  await nextTurn();
  ends[1].resolve();
  await first;
  const second = task.run();
  ends[2].reject(new Error("of the last run"));
  await expect(second).rejects.toThrow("of the last run");
  expect(task.isRunning).toBe(false);
});
