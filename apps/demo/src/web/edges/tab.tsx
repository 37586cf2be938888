export function EdgesTab() {
  return null;
}
