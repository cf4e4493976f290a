import { describe, expect, it } from "vitest";
import { shorten, spread } from "./labels";

describe("labels at the line's end", () => {
  it("stay where they are when there is room", () => {
    expect(spread([80, 20], 16, 0, 100)).toEqual([80, 20]);
  });
  it("are at least a gap apart and keep their order", () => {
    expect(spread([50, 52], 16, 0, 100)).toEqual([50, 66]);
    expect(spread([52, 50], 16, 0, 100)).toEqual([66, 50]);
  });
  it("stay inside at both ends", () => {
    expect(spread([98, 99], 16, 0, 100)).toEqual([84, 100]);
    expect(spread([-5, 2], 16, 0, 100)).toEqual([0, 16]);
  });
  it("are cut with a sign when they are long", () => {
    expect(shorten("always “normal”", 18)).toBe("always “normal”");
    expect(shorten("always “a very long name”", 10)).toBe("always “a…");
  });
});
