/** The book's example: a band, its edges, and the transposed image in which the kernel finds none. */
import { edgeDetection } from "../../chapter/edge-detection.ts";
import { transposedImage } from "../../chapter/transposed-image.ts";
import { useComputed } from "../compute/latest.ts";
import { words } from "../i18n/index.ts";
import { NumberGrid } from "../ui/number-grid.tsx";
import { Signed } from "../ui/signed.tsx";

interface RowProps {
  readonly names: readonly [string, string, string];
  readonly values: readonly [number[][], number[][], number[][]];
}

function Row({ names, values }: RowProps) {
  return (
    <div class="stage book-row">
      {values.map((value, i) => {
        const array = (
          <figure class="array">
            <figcaption>
              <strong>{names[i]}</strong>
            </figcaption>
            <NumberGrid small label={names[i]!} values={value} scale={1} />
          </figure>
        );
        return i === 0 ? array : <Signed sign={i === 1 ? "⋆" : "="}>{array}</Signed>;
      })}
    </div>
  );
}

export function BookExample() {
  const text = words.value.edges;
  const { value } = useComputed(
    async (backend) => ({ plain: await edgeDetection(backend), turned: await transposedImage(backend) }),
    [],
  );
  if (value === undefined) return null;
  const { plain, turned } = value;
  const turnedKernel = plain.kernel[0]!.map((weight) => [weight]);
  return (
    <section class="card" aria-labelledby="book-example">
      <h2 id="book-example">{text.bookHeading}</h2>
      <p class="hint">{text.bookText}</p>
      <div class="book-rows">
        <Row names={["X", "K", "corr2d(X, K)"]} values={[plain.image, plain.kernel, plain.edges]} />
        <Row names={["Xᵀ", "K", "corr2d(Xᵀ, K)"]} values={[turned.image, plain.kernel, turned.edges]} />
        <Row
          names={["Xᵀ", "Kᵀ", "corr2d(Xᵀ, Kᵀ)"]}
          values={[turned.image, turnedKernel, turned.withTransposedKernel]}
        />
      </div>
    </section>
  );
}
