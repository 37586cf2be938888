/** The exercises tab: the book's exercises by section, each with something to fill in and a check. */
import { SECTIONS } from "./exercise.ts";
import { ExerciseView } from "./exercise-view.tsx";
import { bindExercises, EXERCISES, solved } from "./state.ts";
import { exerciseWords } from "./text.ts";

bindExercises();

export function ExercisesTab() {
  const words = exerciseWords.value;
  return (
    <div class="tab exercises-tab">
      <div class="intro">
        <h2 class="tab-heading">{words.heading}</h2>
        <p>{words.intro}</p>
        <p class="solved-count" role="status">
          {words.solved(solved.value.size, EXERCISES.length)}
        </p>
      </div>
      {SECTIONS.map((section) => (
        <section class="exercise-section" aria-labelledby={`section-${section}`}>
          <h3 id={`section-${section}`}>{words.sections[section]}</h3>
          {EXERCISES.filter((exercise) => exercise.section === section).map((exercise) => (
            <ExerciseView key={exercise.id} exercise={exercise} />
          ))}
        </section>
      ))}
    </div>
  );
}
