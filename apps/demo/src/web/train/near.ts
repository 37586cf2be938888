/** What is out of sight costs nothing: it is shown as it was, and brought up to date when the reader comes near. */
import type { RefObject } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";

/** The latest value while `box` is on the screen or almost; otherwise the one of the last such moment, or undefined before the first. */
export function useWhenNear<T>(box: RefObject<Element | null>, value: T): T | undefined {
  const [isNear, setNear] = useState(false);
  const last = useRef<T | undefined>(undefined);
  useEffect(() => {
    const observer = new IntersectionObserver((entries) => setNear(entries.at(-1)!.isIntersecting), {
      rootMargin: "150px",
    });
    observer.observe(box.current!);
    return () => observer.disconnect();
  }, []);
  if (isNear) last.current = value;
  return last.current;
}
