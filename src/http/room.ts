import type { Clock } from '../runs/ports.ts';

/**
 * Bytes that the deliveries under way may hold together: those of the largest body, and a little. What is made of bodies,
 * and what is left of them until it is swept away, takes up to ten times as much memory, as a flood of 1 MB each from
 * 200 connections has shown: 260 MB. A delivery is under way for a millisecond, or for eight seconds where the queue hangs.
 */
const MOST_HELD = 26 * 1024 * 1024;
/** Bytes that a delivery counts for beside its body: its connection, its headers, and what is made of them. */
const EACH = 32 * 1024;
/** Milliseconds for which one line tells of all that are turned away. */
const TOLD_EVERY = 10_000;
/** Milliseconds after the last one was turned away. */
const RECENT = 5_000;

/** A delivery's place in the room, from its headers to its answer. */
export interface Place {
  /** Takes room for so many bytes more of the body; whether there was any. */
  grow(bytes: number): boolean;
  /** Gives all of it back. The second time does nothing. */
  leave(): void;
}

/** What this process can hold of deliveries at once. Strangers are to be refused before they are let in. */
export interface Room {
  /**
   * A place for a delivery; `undefined` where there is none. `declared`: bytes of the body by its header. Room is taken
   * for what has come of it and not for what is announced, or announcing would be enough to keep others out.
   */
  enter(declared: number): Place | undefined;
  /** Notes that a delivery was turned away. Whether somebody is to be told: once in ten seconds. */
  turnedAway(): boolean;
  /** Whether one was turned away within the last five seconds. */
  isFull(): boolean;
}

/** Memory is what too many deliveries at once would take first: they are turned away before it is taken. */
export function createRoom({
  clock,
  most = MOST_HELD,
}: {
  readonly clock: Clock;
  readonly most?: number;
}): Room {
  let held = 0;
  let lastTurnedAway = Number.NEGATIVE_INFINITY;
  let lastTold = Number.NEGATIVE_INFINITY;

  function place(): Place {
    let own = EACH;
    held += own;
    return {
      grow(bytes) {
        if (held + bytes > most) return false;
        own += bytes;
        held += bytes;
        return true;
      },
      leave() {
        held -= own;
        own = 0;
      },
    };
  }

  return {
    enter: (declared) => (held + EACH + declared > most ? undefined : place()),
    turnedAway() {
      lastTurnedAway = clock();
      if (lastTurnedAway - lastTold < TOLD_EVERY) return false;
      lastTold = lastTurnedAway;
      return true;
    },
    isFull: () => clock() - lastTurnedAway < RECENT,
  };
}
