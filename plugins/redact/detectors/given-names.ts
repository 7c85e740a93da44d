/** Frequent given names of Europe, the Americas, India, the Arab world and East Asia, less those that are everyday words (Will, Grace, May). */
export const GIVEN_NAMES: ReadonlySet<string> = new Set(
  (
    "Aaron Abdul Abdullah Adam Adrian Adriana Agnieszka Ahmed Aisha Akira Alan Alberto Alejandra Alejandro Aleksandra Alex Alexander " +
    "Alexandra Alexandre Alexei Ali Alice Alicia Alina Amanda Amelia Amina Amit Amy Ana Anastasia Anders Andre Andrea Andreas Andrei " +
    "Andrew Andrzej Angela Anita Anjali Anna Anne Annette Anthony Antoine Antonio Arjun Arthur Astrid Audrey Barbara Beatriz Benjamin " +
    "Bernard Bernd Birgit Björn Brandon Brenda Brian Bruno Camille Carla Carlos Carmen Carol Carolina Caroline Catherine Cecilia Charles " +
    "Charlotte Chiara Chloe Christian Christina Christine Christopher Claire Clara Claudia Claudio Clément Cristina Daniel Daniela " +
    "Danielle David Deborah Deepak Denise Dennis Diana Diego Dieter Dimitri Dmitri Dominik Donald Dorothy Douglas Eduardo Edward Ekaterina " +
    "Elena Elizabeth Elisabeth Emanuele Emily Emma Enrique Eric Erik Esra Esther Eva Evelyn Fatima Fatma Federico Felipe Felix Fernanda " +
    "Fernando Filip Francesca Francesco François Françoise Frank Franz Frederik Friedrich Gabriel Gabriela Gary Georg George " +
    "Gérard Giovanni Giulia Giuseppe Gonzalo Gregory Guillaume Gustavo Günther Hannah Hans Hassan Heather Heidi Heike Heinz Helen Helena " +
    "Helga Henri Henrik Hiroshi Hugo Hussein Ibrahim Ignacio Igor Ines Ingrid Irina Isabel Isabella Ivan Jacob Jacqueline Jacques James " +
    "Jan Jane Janet Javier Jean Jeffrey Jennifer Jessica Joana João Joanna Johan Johann Johanna Johannes John Jonathan Jorge José Joseph " +
    "Joshua Juan Juliette Julia Julie Julien Jürgen Kai Karen Karin Karl Karolina Katarzyna Katharina Katherine Kathleen Kelly Kenji Kenneth " +
    "Kevin Khalid Kimberly Klaus Krzysztof Kumar Lars Laura Lauren Laurent Léa Leila Leonardo Lina Linda Lisa Louis Louise Luca Lucas Lucía " +
    "Luis Luisa Lukas Magdalena Małgorzata Manuel Manuela Marc Marcel Marcelo Marco Marcos Marek Margaret Maria María Mariana Marie Marina " +
    "Mario Marion Markus Marta Martha Martin Martina Mary Mateo Mathieu Matteo Matthew Matthias Maurice Maximilian Mehmet Melissa Michael " +
    "Michel Michelle Miguel Mikhail Mohamed Mohammed Monica Monika Muhammad Mustafa Nadia Natalia Natasha Nathalie Nicholas Nicola Nicolas " +
    "Nicole Nikolai Nina Nobuko Noor Olga Oliver Olivia Olivier Omar Oscar Pablo Pamela Paolo Patricia Patrick Paul Paula Pavel Pedro " +
    "Peter Petra Philipp Philippe Pierre Piotr Priya Rachel Rafael Rahul Rajesh Ramón Raquel Raymond Rebecca Renate Ricardo Richard Robert " +
    "Roberto Rodrigo Roger Ronald Rosa Ruth Ryan Samantha Samuel Sandra Sanjay Santiago Sara Sarah Sebastian Sergei Sergio Sharon Shirley " +
    "Silvia Simon Simone Sofia Sophie Stefan Stefano Stephanie Stephen Steven Sunita Susan Susanne Suzanne Svetlana Takashi Tatiana Teresa " +
    "Thomas Tiago Timothy Tomasz Tomáš Ulrich Ursula Uwe Valentina Valérie Vanessa Vera Veronica Vicente Victor Vijay Vincent " +
    "Vladimir Walter Wei Werner William Wolfgang Xavier Yasmin Yolanda Yuki Yusuf Yves Zainab Zoe"
  ).split(" "),
);
