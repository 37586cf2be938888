/** The exercises' words. Loaded with their tab. */
import type { ExerciseTexts } from "../../exercises/text.ts";

export const exercises: ExerciseTexts = {
  heading: "The book’s exercises, checked",
  intro:
    "Fill in what you think, and let the library compute it. Exercises that ask for an essay are left to you.",
  solved: (n, count) => `${n} of ${count} solved`,
  isSolved: "solved",
  number: (n) => (n === undefined ? "Before the exercises" : `Exercise ${n}`),
  check: "Check",
  clear: "Clear",
  right: "Right.",
  wrong: "Not yet.",
  incomplete: {
    grids: "Fill in every cell first.",
    numbers: "Fill in every field with a number first, such as 9216, 9,216, 15*1024, 1/9 or ln(3).",
    choice: "Choose an answer first.",
  },
  evidence: "What the library computed",
  sections: {
    whyConv: "7.1 From fully connected layers to convolutions",
    convLayer: "7.2 Convolutions for images",
    padding: "7.3 Padding and stride",
    channels: "7.4 Channels",
    pooling: "7.5 Pooling",
    lenet: "7.6 LeNet",
  },
  items: {
    pixelwise: {
      title: "A kernel that covers one pixel",
      question:
        "Let the kernel’s reach be Δ = 0. The layer then applies the same small fully connected layer to every pixel. How many weights turn 3 channels into 5, without bias? And how many would one fully connected layer need between whole images of 32 × 32 pixels with these channels?",
      labels: ["weights of the 1 × 1 layer", "weights of the fully connected layer"],
      explanation:
        "A 1 × 1 convolution has one weight for each pair of channels, 15, whatever the image. Fully connected, each of 1024 × 1024 pairs of pixels has its own 15.",
    },
    boundary: {
      title: "Objects at the boundary",
      question:
        "A 3 × 3 kernel slides over an image of 5 × 5. How many output cells see the pixel in the middle? How many the pixel in a corner, without padding, and with padding 1?",
      labels: ["the middle", "a corner", "a corner, padding 1"],
      explanation:
        "The middle is seen from 9 positions, a corner from 1; padding brings it to 4. What lies at the boundary has less say, and is not treated as elsewhere: translation invariance ends there.",
    },
    commute: {
      title: "f ∗ g = g ∗ f",
      question:
        "Convolve the two rows (with the flip): (f ∗ g)ₙ = Σ fₖ gₙ₋ₖ, over all places where they overlap. Then the other way round.",
      given: ["f", "g"],
      labels: ["f ∗ g", "g ∗ f"],
      explanation:
        "Substitute n − k for k: the same products are added in another order. A correlation without the flip does not commute; changing its operands reverses the result.",
    },
    diagonal: {
      title: "An image with a diagonal edge",
      question:
        "The image X has a diagonal of ones. What does K = [1, −1] make of it, and what does the transposed kernel? (Transposing X changes nothing: it is its own transpose.)",
      given: ["X", "K"],
      labels: ["corr2d(X, K)", "corr2d(X, Kᵀ)"],
      explanation:
        "A diagonal edge has a part across each direction, so both kernels find it: 1 on the diagonal, −1 beside it on one side or the other.",
    },
    direction: {
      title: "Edges across a direction",
      question:
        "Design a 3 × 3 kernel for v = (3, 4)/5 (right and up): positive where the picture grows brighter along v, zero where it only changes across v, zero where it is flat.",
      labels: ["your kernel"],
      evidence: ["brighter along v", "brighter across v", "flat"],
      explanation:
        "The derivative along v is v₁ ∂/∂x + v₂ ∂/∂y: a mixture of a kernel for each direction. The simplest has −3, 3 left and right of the middle, and 4, −4 above and below.",
    },
    second: {
      title: "The second derivative",
      question:
        "Design a 1 × 3 kernel for the second derivative: zero on flat pictures, zero on ramps, 1 on x²/2.",
      labels: ["your kernel"],
      evidence: ["flat", "ramp x", "x²/2"],
      explanation: "[1, −2, 1]: the difference of two neighbouring differences.",
    },
    orders: {
      title: "How small can it be?",
      question: "What is the smallest width of a kernel for the first derivative, the second, and the fifth?",
      labels: ["order 1", "order 2", "order 5"],
      explanation:
        "Order d takes d + 1 cells: each further difference of differences looks one cell farther.",
    },
    blur: {
      title: "Blur",
      question:
        "Design a 3 × 3 blur: a flat picture stays as it is, no weight is negative, and more than one pixel has a say.",
      labels: ["your kernel"],
      evidence: ["flat, blurred", "noise", "noise, blurred"],
      explanation:
        "Any weights that add up to 1 make a weighted mean. Equal ones give the box, binomial ones come close to a Gaussian.",
    },
    handmade: {
      title: "The gradient of the handwritten layer",
      question:
        "Write corr2d as the book’s two nested loops, put it into a layer, and call backward. What happens?",
      labels: [
        "An error: loops have no gradient",
        "The same gradient as through corr2d",
        "A gradient of zero",
      ],
      evidence: ["through the double loop", "through corr2d"],
      explanation:
        "Every slice, product and sum of the loop records its own gradient, so the loop has one too. (Older frameworks that assign into arrays in place gave an error here.)",
    },
    matrix: {
      title: "Cross-correlation as a matrix",
      question:
        "Write the book’s correlation as one product: a 4 × 9 matrix times the image as a column. Fill in the matrix.",
      given: ["X", "K"],
      labels: ["the matrix"],
      explanation:
        "Each row is the kernel, laid out where its window lies. Rows repeat along diagonals: a Toeplitz matrix, in blocks.",
    },
    shape: {
      title: "The shape by formula",
      question: "Image 8 × 8, kernel 3 × 5, padding (0, 1), stride (3, 4). How large is the output?",
      labels: ["height", "width"],
      explanation: "⌊(8 − 3 + 3)/3⌋ = 2 and ⌊(8 − 5 + 2 + 4)/4⌋ = 2.",
    },
    mirror: {
      title: "Mirror padding",
      question:
        "Pad this image by one cell of its own mirror image on every side. The border itself is not repeated.",
      labels: ["padded image"],
      explanation:
        "The row next to the border comes again beyond it. In code: pad with mode “reflect”, or a layer with paddingMode “reflect”.",
    },
    strideCost: {
      title: "What stride saves",
      question:
        "A 3 × 3 kernel with padding 1 over 32 × 32 pixels: how many multiplications with stride 1, and how many with stride 2?",
      labels: ["stride 1", "stride 2"],
      explanation: "Stride 2 keeps every second position in both directions: a quarter of the work.",
    },
    half: {
      title: "A stride of ½",
      question:
        "A transposed convolution with stride 2 moves the output by two cells for every input cell: a stride of ½. What does it make of X?",
      given: ["X", "K"],
      labels: ["output"],
      explanation:
        "Every input cell lays down its multiple of K. It makes images larger: in segmentation, in decoders, in generators.",
    },
    compose: {
      title: "Two layers in a row",
      question: "First K₁, then K₂, with nothing between. Which single kernel does the same?",
      given: ["K₁", "K₂"],
      labels: ["the one kernel"],
      evidence: ["first K₁, then K₂", "your kernel"],
      explanation:
        "The composition of two correlations is one, with the kernel K₁ ∗ K₂ of size k₁ + k₂ − 1. The converse fails: not every kernel is a product of smaller ones.",
    },
    cost: {
      title: "The cost of a layer",
      question:
        "3 input channels, 8 output channels, kernel 3 × 3, padding 1, image 16 × 16. How many multiplications forwards, how many weights without bias, how many output numbers?",
      labels: ["multiplications", "weights", "outputs"],
      explanation:
        "cₒ · cᵢ · kₕ · k_w for every output place. Backwards costs about twice as much: once for the input’s gradient, once for the kernel’s; and the input must be kept until then.",
    },
    double: {
      title: "Doubling",
      question:
        "By what factor do the multiplications grow when both numbers of channels are doubled? And how many places has the output of a 3 × 3 kernel over 8 × 8 pixels when padding 1 becomes padding 2?",
      labels: ["factor", "output places"],
      explanation: "Twice as many inputs for twice as many outputs: 4. With padding 2 the output is 10 × 10.",
    },
    equal: {
      title: "Exactly the same?",
      question:
        "The book computes a 1 × 1 convolution twice: as a convolution, and as a product of matrices. Are the results exactly equal?",
      labels: [
        "Always, to the last bit",
        "As numbers yes; in floating point only up to rounding",
        "No, they are different operations",
      ],
      evidence: ["largest difference here"],
      explanation:
        "The same products are added, perhaps in another order, and floating-point sums depend on the order. A backend that adds in the same order may well give no difference.",
    },
    blocks: {
      title: "Block-diagonal kernels",
      question:
        "A layer from 64 to 64 channels, 3 × 3, is split into 4 blocks of channels that do not see each other. How many weights remain, and by what factor is it faster?",
      labels: ["weights", "factor"],
      explanation:
        "Every output sees a quarter of the inputs. So that blocks can exchange what they know, follow with a 1 × 1 convolution or shuffle the channels.",
    },
    average: {
      title: "Average pooling as a convolution",
      question: "Which 2 × 2 kernel, with stride 2, averages like a pooling layer?",
      labels: ["your kernel"],
      evidence: ["average pooling", "your kernel, stride 2"],
      explanation: "A mean is a sum with weights ¼; pooling averages is a convolution that never learns.",
    },
    nonlinear: {
      title: "Maximum pooling is no convolution",
      question:
        "A convolution is linear: the sum of two images gives the sum of the results. Find two images of 2 × 2 for which the maximum is not.",
      labels: ["A", "B"],
      evidence: ["max(A + B)", "max(A) + max(B)"],
      explanation:
        "Whenever the largest cells of A and B lie in different places the maximum of the sum is smaller.",
    },
    relu: {
      title: "Maximum by ReLU",
      question: "Find p, q, r such that max(a, b) = p · relu(a − b) + q · a + r · b for all a and b.",
      labels: ["p", "q", "r"],
      evidence: ["a and b", "max(a, b)", "yours"],
      explanation:
        "b plus what a has more. A window of 2 × 2 takes two layers of this, pairs and then pairs of pairs; 3 × 3 takes four.",
    },
    poolCost: {
      title: "The cost of pooling",
      question:
        "Maximum pooling 2 × 2, stride 2, over 16 channels of 24 × 24. How many outputs, and how many comparisons?",
      labels: ["outputs", "comparisons"],
      explanation: "The largest of 4 takes 3 comparisons. Nothing is multiplied, nothing is learnt.",
    },
    minimum: {
      title: "Minimum pooling",
      question: "Find p and q such that p · maxPool(q · x) is the minimum of every window.",
      labels: ["p", "q"],
      evidence: ["x", "minimum of every window", "yours"],
      explanation: "The smallest is the largest of the negatives, negated. Nobody needs a separate layer.",
    },
    softmax: {
      title: "Softmax pooling",
      question:
        "Weigh the cells of the window with softmax(t · x) and add: Σ x · softmax(t · x). What is that for the window shown (ln 3 ≈ 1.0986) with t = 0, with t = 1, and with t very large? Two decimals do.",
      given: ["window"],
      labels: ["t = 0", "t = 1", "t → ∞"],
      explanation:
        "Between the mean and the maximum, and smooth: for t = 1 the weights are 1, 1, 1, 3 in sixths. It costs exponentials, which is why it is rarely used.",
    },
    lenetShapes: {
      title: "From 28 × 28 to ten numbers",
      question:
        "LeNet reads an image of 28 × 28. Its first convolution is 5 × 5 with padding 2, its second 5 × 5 without; after each comes average pooling, 2 × 2 with stride 2. How long is a side after each of the four? And how many numbers go into the fully connected layers, with 16 channels?",
      labels: [
        "first convolution",
        "first pooling",
        "second convolution",
        "second pooling",
        "numbers, flattened",
      ],
      explanation:
        "28 + 4 − 4 = 28, half of it is 14; 14 − 4 = 10, half of it is 5. What is left are 16 maps of 5 × 5: 400 numbers.",
    },
    lenetWeights: {
      title: "Where the weights are",
      question:
        "LeNet has convolutions from 1 to 6 and from 6 to 16 channels, 5 × 5, and fully connected layers from 400 to 120, to 84 and to 10. How many weights and biases have the two convolutions together, and how many the three other layers?",
      labels: ["convolutions", "fully connected layers"],
      explanation:
        "The convolutions have 156 + 2416 = 2572, the others 48,120 + 10,164 + 850 = 59,134 of 61,706. A kernel is used at every place, and so costs little: that is why later networks do without large fully connected layers.",
    },
  },
};
