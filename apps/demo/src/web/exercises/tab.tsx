export function ExercisesTab() {
  return null;
}
