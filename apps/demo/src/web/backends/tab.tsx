export function BackendsTab() {
  return null;
}
