/** The lessons' words. Loaded with their tab. */
import type { LessonTexts } from "../../lessons/text.ts";

export const lessons: LessonTexts = {
  heading: "Six lessons along the book",
  intro:
    "For each section of the book’s chapter: what to open in the lab, what to look at there, and one exercise. Every line is a link that can be sent; a key, P, fills the screen with it.",
  read: "The section in the book",
  exercise: "Exercise:",
  sections: {
    whyConv: "7.1 From fully connected layers to convolutions",
    convLayer: "7.2 Convolutions for images",
    padding: "7.3 Padding and stride",
    channels: "7.4 Multiple input and output channels",
    pooling: "7.5 Pooling",
    lenet: "7.6 LeNet",
  },
  views: {
    oneWindow: {
      title: "One window for all places",
      look: "Step back and forth. An output cell sees four input cells, and no others: that is locality. The kernel’s four numbers are the same everywhere: the layer has four weights, however large the image is.",
    },
    samePattern: {
      title: "The same thing at two places",
      look: "The image has one small shape twice. The kernel answers 3 to both, at the corresponding places: what moves in the input moves in the output. Move the second shape, and its 3 moves along.",
    },
    bookSum: {
      title: "The book’s 19, 25, 37, 43",
      look: "Follow the first sum product by product, 0·0 + 1·1 + 3·2 + 4·3 = 19, then let it play. Change a number of the kernel: all four outputs change. Change one of the image: only those whose window holds it.",
    },
    band: {
      title: "A kernel that finds edges",
      look: "K = [1, −1] subtracts each cell’s right neighbour. 1 where white turns black, −1 where black turns white, 0 wherever nothing changes.",
    },
    photo: {
      title: "The same on a photograph",
      look: "Larger kernels of the same kind on a real picture. Choose one that looks across and one that looks down, and compare which lines of the boats stay.",
    },
    learnt: {
      title: "The kernel can be learnt",
      look: "Only the image and its edges are known. Ten steps of gradient descent find a kernel close to [1, −1]; the losses are those that the book prints. Drag the starting point.",
    },
    tooFast: {
      title: "What a learning rate of 0.035 does",
      look: "The loss is a valley with one steep direction, of curvature 60. Beyond 2/60 ≈ 0.033 every step overshoots by more than it gains, and the loss grows.",
    },
    padded: {
      title: "Padding keeps the size",
      look: "A border of zeros, one cell wide, and the 3 × 3 kernel leaves 5 × 5 as large as it was. Look at a corner: four of the nine cells under the window are real.",
    },
    strided: {
      title: "Stride 2 halves it",
      look: "The window jumps by two: 7 × 7 becomes 3 × 3, ⌊(7 − 3)/2⌋ + 1. Each output costs as much as before, and there are fewer of them.",
    },
    twoIn: {
      title: "Two input channels",
      look: "The kernel has a slice for each channel. The products of both are added into one number: 19 + 37 = 56.",
    },
    threeOut: {
      title: "Three output channels",
      look: "A kernel for each output channel, each as deep as the input. Step on and watch which of the three is used.",
    },
    oneByOne: {
      title: "1 × 1: channels alone",
      look: "No neighbours, only channels: the first output is the difference of the two channels at each place, the second their mean. It is a fully connected layer, applied pixel by pixel.",
    },
    maximum: {
      title: "The largest of each window",
      look: "Four windows, four cells each, and of each the largest: 5, 7, 13, 15. Nothing is learnt here. Make a cell a little smaller that is not the largest: the output stays.",
    },
    maximumGradient: {
      title: "Where its gradient goes",
      look: "All of it goes to the cell that was the largest; the three others get nothing. Make another cell the largest, and the gradient moves there.",
    },
    mean: {
      title: "Average pooling is a convolution",
      look: "A kernel of quarters with stride 2: each output is the mean of its own four cells. A shift of the picture by one cell changes little.",
    },
    meanGradient: {
      title: "Where its gradient goes",
      look: "Every cell of a window took part with a quarter, so each gets a quarter of what arrives. The maximum sent all of it to one cell.",
    },
    fiveByFive: {
      title: "LeNet’s first layer: 5 × 5, padding 2",
      look: "Two cells of padding on each side make up for what a 5 × 5 kernel loses: the side stays, as 28 does in LeNet. The sums at the border are smaller: they see fewer ones.",
    },
    chain: {
      title: "Three layers in a row",
      look: "Convolution, ReLU, pool: half of LeNet. Choose a cell of the output and see which cells of each array before it took part: its receptive field grows from layer to layer.",
    },
    training: {
      title: "A whole network, while it learns",
      look: "Draw a digit. In a few seconds the network recognises it, and below stand the maps that every layer makes of your drawing. Add a layer, or take one away: its size formula is beside it.",
    },
    shrinking: {
      title: "Its second: no padding",
      look: "The side shrinks by 4, here from 8 to 4, in LeNet from 14 to 10. What is left saw a whole window of the image.",
    },
  },
};
