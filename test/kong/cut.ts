/** How a frame is cut into the writes that carry it. A kernel may do the same to any frame that does not fit its buffers. */
import { cutBy, everyCut } from "../support/pieces";

export type Cut = (frame: Uint8Array) => readonly Uint8Array[];

export const whole: Cut = (frame) => [frame];

export function cutAt(offset: number): Cut {
  return (frame) => [frame.subarray(0, offset), frame.subarray(offset)].filter((piece) => piece.length > 0);
}

export function cutEvery(size: number): Cut {
  return (frame) => cutBy(frame, () => size);
}

/** Each frame at random places, differently: the nth frame of a run is cut the same way in every run. */
export function cutRandomly(): Cut {
  let frames = 0;
  return (frame) => {
    const ways = everyCut(frame).filter(({ name }) => name.startsWith("random"));
    const way = ways[frames++ % ways.length];
    return way === undefined ? [frame] : way.pieces.filter((piece) => piece.length > 0);
  };
}
